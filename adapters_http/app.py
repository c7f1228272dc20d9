"""Every route on one page."""

import sys
from collections.abc import Mapping

import falcon
from structlog.typing import FilteringBoundLogger

from adapters_http.admin.api_keys import AdminApiKey, AdminApiKeys
from adapters_http.admin.audit_logs import AdminAuditExport, AdminAuditLog, AdminAuditLogs
from adapters_http.admin.auth import (
    InvitationAcceptance,
    OneStaffSession,
    StaffLogin,
    StaffLogout,
    StaffMe,
    StaffPassword,
    StaffPasswordResetConfirmation,
    StaffPasswordResets,
    StaffSessions,
)
from adapters_http.admin.cart_vat_number import AdminCartVatNumber
from adapters_http.admin.carts import AdminCarts
from adapters_http.admin.categories import AdminCategories, AdminCategory
from adapters_http.admin.customers import (
    AdminCustomer,
    AdminCustomerErasure,
    AdminCustomerExport,
    AdminCustomerMerge,
    AdminCustomerNotes,
    AdminCustomerOrders,
    AdminCustomers,
)
from adapters_http.admin.discounts import AdminDiscount, AdminDiscounts
from adapters_http.admin.draft_orders import (
    AdminDraftHold,
    AdminDraftOrder,
    AdminDraftOrders,
    AdminDraftPlacing,
)
from adapters_http.admin.images import AdminProductImage, AdminProductImages
from adapters_http.admin.imports import AdminProductExport, AdminProductImport
from adapters_http.admin.inventory import AdminInventory, AdminStock, AdminStockAdjustments, AdminStockCounts
from adapters_http.admin.inventory_ledger import (
    AdminStockExplanation,
    AdminStockMovements,
    AdminStockRepair,
    AdminStockReservations,
    AdminStockVerification,
)
from adapters_http.admin.invoices import (
    AdminInvoice,
    AdminInvoiceExport,
    AdminInvoicePdf,
    AdminInvoices,
    AdminOrderInvoices,
)
from adapters_http.admin.merchant import AdminDefaultRules, AdminSettings
from adapters_http.admin.order_notes import AdminOrderNotes
from adapters_http.admin.orders import (
    AdminOrder,
    AdminOrderExplanation,
    AdminOrderExport,
    AdminOrders,
    AdminOrderStatus,
    AdminOrderTimeline,
)
from adapters_http.admin.outbox import AdminOutbox, AdminOutboxEvent, AdminOutboxRetry
from adapters_http.admin.payment_exceptions import (
    AdminPaymentException,
    AdminPaymentExceptionResolution,
    AdminPaymentExceptions,
)
from adapters_http.admin.products import AdminProduct, AdminProducts, AdminProductSeo
from adapters_http.admin.redirects import AdminRedirect, AdminRedirects
from adapters_http.admin.refunds import AdminOrderCancellation, AdminOrderRefunds, AdminRefundPreview
from adapters_http.admin.remote_images import AdminRemoteImageRetry, AdminRemoteImages
from adapters_http.admin.shipments import (
    AdminShipment,
    AdminShipmentCancellation,
    AdminShipmentDelivery,
    AdminShipments,
)
from adapters_http.admin.shipping import (
    AdminShippingOption,
    AdminShippingOptions,
    AdminShippingZone,
    AdminShippingZones,
)
from adapters_http.admin.staff import (
    AdminInvitation,
    AdminInvitationResend,
    AdminInvitations,
    AdminStaff,
    AdminStaffDisable,
    AdminStaffEnable,
    AdminStaffMember,
    AdminStaffPassword,
    AdminStaffSession,
    AdminStaffSessions,
)
from adapters_http.admin.subscription_deliveries import (
    AdminDeliveries,
    AdminDelivery,
    AdminDeliveryRetry,
    AdminResend,
    AdminTestDelivery,
)
from adapters_http.admin.subscriptions import (
    AdminEventTypes,
    AdminSubscription,
    AdminSubscriptions,
    AdminSubscriptionSecret,
)
from adapters_http.admin.tags import AdminTag, AdminTagMerge, AdminTags
from adapters_http.admin.taxes import AdminEuTaxRates, AdminTaxRate, AdminTaxRates
from adapters_http.admin.uploads import AdminUpload, AdminUploadCompletion, AdminUploads
from adapters_http.admin.variants import (
    AdminProductOptions,
    AdminProductVariant,
    AdminProductVariants,
    AdminVariantPrices,
)
from adapters_http.admin.webhook_events import AdminWebhookEvent, AdminWebhookEventRetry, AdminWebhookEvents
from adapters_http.browsers import Browsers
from adapters_http.counters import Counters
from adapters_http.endpoint import Endpoint, Gate
from adapters_http.logs import request_logger
from adapters_http.media import LocalUpload, Pictures
from adapters_http.operations import Docs, DocsAsset, Live, OpenApi, Ready
from adapters_http.problems import ProblemHandlers
from adapters_http.rate_limit import RateLimits
from adapters_http.request_log import RequestLog
from adapters_http.store.accounts import (
    CustomerLogin,
    CustomerLogout,
    CustomerRefresh,
    Customers,
    EmailChangeConfirmation,
    EmailVerification,
    MyEmail,
    MyPassword,
    PasswordResetConfirmation,
    PasswordResets,
)
from adapters_http.store.cart import CartDiscount, CartItem, CartItems, Carts, CartShippingOptions, OneCart
from adapters_http.store.categories import Categories, OneCategory
from adapters_http.store.checkout import Checkout, CheckoutConfirmation, StoreOrder, StoreOrderPayment
from adapters_http.store.feeds import GoogleFeed, Robots, SitemapFile, SitemapIndex
from adapters_http.store.invoices import StoreOrderInvoice, StoreOrderInvoicePdf, StoreOrderInvoices
from adapters_http.store.me import Me, MyAddress, MyAddresses, MyExport, MyOrders
from adapters_http.store.products import OneProduct, Products
from adapters_http.webhooks.stripe import StripeWebhook
from commerce_core.wiring import Commerce

App = falcon.App[falcon.Request, falcon.Response]


def routes(shop: Commerce) -> dict[str, object]:
    """Every address and the resource that answers there."""
    table: dict[str, object] = {
        "/health/live": Live(),
        "/health/ready": Ready(shop.database),
        "/docs": Docs(),
        "/docs/{name}": DocsAsset(),
        "/robots.txt": Robots(shop.feeds),
        "/sitemap.xml": SitemapIndex(shop.feeds),
        "/sitemaps/{number}.xml": SitemapFile(shop.feeds),
        "/feeds/google.xml": GoogleFeed(shop.feeds),
        "/media/{name}": Pictures(shop.local_media),
        "/media/uploads/{token}": LocalUpload(shop.local_media),
        "/v1/admin/auth/login": StaffLogin(shop.staff),
        "/v1/admin/auth/logout": StaffLogout(shop.staff),
        "/v1/admin/auth/me": StaffMe(shop.staff),
        "/v1/admin/auth/password": StaffPassword(shop.staff_passwords),
        "/v1/admin/auth/password-reset": StaffPasswordResets(shop.staff_passwords),
        "/v1/admin/auth/password-reset/confirm": StaffPasswordResetConfirmation(shop.staff_passwords),
        "/v1/admin/auth/accept-invitation": InvitationAcceptance(shop.invitations),
        "/v1/admin/auth/sessions": StaffSessions(shop.staff_sessions),
        "/v1/admin/auth/sessions/{session_id}": OneStaffSession(shop.staff_sessions),
        "/v1/admin/staff": AdminStaff(shop.staff),
        "/v1/admin/staff/invitations": AdminInvitations(shop.invitations),
        "/v1/admin/staff/invitations/{invitation_id}": AdminInvitation(shop.invitations),
        "/v1/admin/staff/invitations/{invitation_id}/resend": AdminInvitationResend(shop.invitations),
        "/v1/admin/staff/{member_id}": AdminStaffMember(shop.staff),
        "/v1/admin/staff/{member_id}/disable": AdminStaffDisable(shop.staff),
        "/v1/admin/staff/{member_id}/enable": AdminStaffEnable(shop.staff),
        "/v1/admin/staff/{member_id}/password": AdminStaffPassword(shop.staff_passwords),
        "/v1/admin/staff/{member_id}/sessions": AdminStaffSessions(shop.staff_sessions),
        "/v1/admin/staff/{member_id}/sessions/{session_id}": AdminStaffSession(shop.staff_sessions),
        "/v1/admin/api-keys": AdminApiKeys(shop.keys),
        "/v1/admin/api-keys/{key_id}": AdminApiKey(shop.keys),
        "/v1/store/products": Products(shop.catalog),
        "/v1/store/products/{slug}": OneProduct(shop.catalog, shop.redirects),
        "/v1/store/categories": Categories(shop.catalog),
        "/v1/store/categories/{slug}": OneCategory(shop.catalog, shop.redirects),
        "/v1/store/cart": Carts(shop.cart),
        "/v1/store/cart/{cart_id}": OneCart(shop.cart),
        "/v1/store/cart/{cart_id}/items": CartItems(shop.cart),
        "/v1/store/cart/{cart_id}/items/{item_id}": CartItem(shop.cart),
        "/v1/store/cart/{cart_id}/discount": CartDiscount(shop.cart),
        "/v1/store/cart/{cart_id}/shipping-options": CartShippingOptions(shop.cart),
        "/v1/store/checkout": Checkout(shop.checkout),
        "/v1/store/checkout/confirm": CheckoutConfirmation(shop.checkout),
        "/v1/store/orders/{order_id}": StoreOrder(shop.checkout, shop.profile),
        "/v1/store/orders/{order_id}/pay": StoreOrderPayment(shop.checkout, shop.profile),
        "/v1/store/orders/{order_id}/invoice.pdf": StoreOrderInvoice(shop.invoices, shop.profile),
        "/v1/store/orders/{order_id}/invoices": StoreOrderInvoices(shop.invoices, shop.profile),
        "/v1/store/orders/{order_id}/invoices/{invoice_id}.pdf": StoreOrderInvoicePdf(shop.invoices, shop.profile),
        "/v1/store/customers": Customers(shop.accounts),
        "/v1/store/auth/login": CustomerLogin(shop.accounts),
        "/v1/store/auth/logout": CustomerLogout(shop.accounts),
        "/v1/store/auth/refresh": CustomerRefresh(shop.accounts),
        "/v1/store/auth/verify-email": EmailVerification(shop.accounts),
        "/v1/store/auth/password-reset": PasswordResets(shop.credentials),
        "/v1/store/auth/password-reset/confirm": PasswordResetConfirmation(shop.credentials),
        "/v1/store/auth/change-email/confirm": EmailChangeConfirmation(shop.credentials),
        "/v1/store/me": Me(shop.profile, shop.privacy),
        "/v1/store/me/password": MyPassword(shop.credentials),
        "/v1/store/me/email": MyEmail(shop.credentials),
        "/v1/store/me/addresses": MyAddresses(shop.profile),
        "/v1/store/me/addresses/{address_id}": MyAddress(shop.profile),
        "/v1/store/me/orders": MyOrders(shop.profile),
        "/v1/store/me/export": MyExport(shop.privacy),
        "/v1/webhooks/stripe": StripeWebhook(shop.payments),
        "/v1/admin/products": AdminProducts(shop.catalog),
        "/v1/admin/products/export.csv": AdminProductExport(shop.imports),
        "/v1/admin/imports/products": AdminProductImport(shop.imports),
        "/v1/admin/products/{product_id}": AdminProduct(shop.catalog),
        "/v1/admin/products/{product_id}/seo": AdminProductSeo(shop.catalog),
        "/v1/admin/products/{product_id}/options": AdminProductOptions(shop.variants, shop.catalog),
        "/v1/admin/products/{product_id}/variants": AdminProductVariants(shop.variants, shop.catalog),
        "/v1/admin/products/{product_id}/variants/{variant_id}": AdminProductVariant(shop.variants, shop.catalog),
        "/v1/admin/products/{product_id}/variants/{variant_id}/prices": AdminVariantPrices(shop.variants),
        "/v1/admin/products/{product_id}/images": AdminProductImages(shop.images, shop.media, shop.catalog),
        "/v1/admin/products/{product_id}/images/{image_id}": AdminProductImage(shop.images, shop.catalog),
        "/v1/admin/uploads": AdminUploads(shop.media),
        "/v1/admin/uploads/{upload_id}": AdminUpload(shop.media),
        "/v1/admin/uploads/{upload_id}/complete": AdminUploadCompletion(shop.media),
        "/v1/admin/remote-images": AdminRemoteImages(shop.remote_images),
        "/v1/admin/remote-images/{remote_image_id}/retry": AdminRemoteImageRetry(shop.remote_images),
        "/v1/admin/categories": AdminCategories(shop.categories),
        "/v1/admin/categories/{category_id}": AdminCategory(shop.categories),
        "/v1/admin/tags": AdminTags(shop.tags),
        "/v1/admin/tags/{tag_id}": AdminTag(shop.tags),
        "/v1/admin/tags/{tag_id}/merge": AdminTagMerge(shop.tags),
        "/v1/admin/redirects": AdminRedirects(shop.redirects),
        "/v1/admin/redirects/{redirect_id}": AdminRedirect(shop.redirects),
        "/v1/admin/draft-orders": AdminDraftOrders(shop.draft_orders),
        "/v1/admin/draft-orders/{draft_order_id}": AdminDraftOrder(shop.draft_orders),
        "/v1/admin/draft-orders/{draft_order_id}/hold": AdminDraftHold(shop.draft_orders),
        "/v1/admin/draft-orders/{draft_order_id}/order": AdminDraftPlacing(shop.draft_orders),
        "/v1/admin/orders": AdminOrders(shop.orders),
        "/v1/admin/orders/export.csv": AdminOrderExport(shop.orders),
        "/v1/admin/orders/{order_id}": AdminOrder(shop.checkout),
        "/v1/admin/orders/{order_id}/cancel": AdminOrderCancellation(shop.cancellations),
        "/v1/admin/orders/{order_id}/explain": AdminOrderExplanation(shop.orders),
        "/v1/admin/orders/{order_id}/notes": AdminOrderNotes(shop.orders),
        "/v1/admin/orders/{order_id}/refunds": AdminOrderRefunds(shop.refunds),
        "/v1/admin/orders/{order_id}/refunds/preview": AdminRefundPreview(shop.refunds),
        "/v1/admin/orders/{order_id}/status": AdminOrderStatus(shop.checkout),
        "/v1/admin/orders/{order_id}/shipments": AdminShipments(shop.shipments),
        "/v1/admin/orders/{order_id}/shipments/{shipment_id}": AdminShipment(shop.shipments),
        "/v1/admin/orders/{order_id}/shipments/{shipment_id}/deliver": AdminShipmentDelivery(shop.shipments),
        "/v1/admin/orders/{order_id}/shipments/{shipment_id}/cancel": AdminShipmentCancellation(shop.shipments),
        "/v1/admin/orders/{order_id}/invoices": AdminOrderInvoices(shop.invoices),
        "/v1/admin/invoices": AdminInvoices(shop.invoices),
        "/v1/admin/invoices/export.csv": AdminInvoiceExport(shop.invoices),
        "/v1/admin/invoices/{invoice_id}": AdminInvoice(shop.invoices),
        "/v1/admin/invoices/{invoice_id}.pdf": AdminInvoicePdf(shop.invoices),
        "/v1/admin/orders/{order_id}/timeline": AdminOrderTimeline(shop.orders),
        "/v1/admin/payment-exceptions": AdminPaymentExceptions(shop.payment_cases),
        "/v1/admin/payment-exceptions/{case_id}": AdminPaymentException(shop.payment_cases),
        "/v1/admin/payment-exceptions/{case_id}/resolve": AdminPaymentExceptionResolution(shop.payment_cases),
        "/v1/admin/audit-logs": AdminAuditLogs(shop.audit),
        "/v1/admin/audit-logs/export.csv": AdminAuditExport(shop.audit),
        "/v1/admin/audit-logs/{log_id}": AdminAuditLog(shop.audit),
        "/v1/admin/outbox": AdminOutbox(shop.outbox),
        "/v1/admin/outbox/{event_id}": AdminOutboxEvent(shop.outbox),
        "/v1/admin/outbox/{event_id}/retry": AdminOutboxRetry(shop.outbox),
        "/v1/admin/subscriptions": AdminSubscriptions(shop.subscriptions),
        "/v1/admin/subscriptions/event-types": AdminEventTypes(shop.subscriptions),
        "/v1/admin/subscriptions/{subscription_id}": AdminSubscription(shop.subscriptions),
        "/v1/admin/subscriptions/{subscription_id}/rotate-secret": AdminSubscriptionSecret(shop.subscriptions),
        "/v1/admin/subscriptions/{subscription_id}/test": AdminTestDelivery(shop.deliveries),
        "/v1/admin/subscriptions/{subscription_id}/resend": AdminResend(shop.deliveries, shop.subscriptions),
        "/v1/admin/subscriptions/{subscription_id}/deliveries": AdminDeliveries(shop.deliveries),
        "/v1/admin/subscriptions/{subscription_id}/deliveries/{event_id}": AdminDelivery(shop.deliveries),
        "/v1/admin/subscriptions/{subscription_id}/deliveries/{event_id}/retry": AdminDeliveryRetry(shop.deliveries),
        "/v1/admin/webhook-events": AdminWebhookEvents(shop.inbox),
        "/v1/admin/webhook-events/{message_id}": AdminWebhookEvent(shop.inbox),
        "/v1/admin/webhook-events/{message_id}/retry": AdminWebhookEventRetry(shop.inbox),
        "/v1/admin/settings": AdminSettings(shop.merchant),
        "/v1/admin/settings/load-defaults": AdminDefaultRules(shop.default_rules),
        "/v1/admin/tax-rates": AdminTaxRates(shop.taxes),
        "/v1/admin/tax-rates/eu": AdminEuTaxRates(shop.taxes),
        "/v1/admin/tax-rates/{tax_rate_id}": AdminTaxRate(shop.taxes),
        "/v1/admin/shipping-zones": AdminShippingZones(shop.shipping),
        "/v1/admin/shipping-zones/{zone_id}": AdminShippingZone(shop.shipping),
        "/v1/admin/shipping-zones/{zone_id}/options": AdminShippingOptions(shop.shipping),
        "/v1/admin/shipping-zones/{zone_id}/options/{option_id}": AdminShippingOption(shop.shipping),
        "/v1/admin/carts": AdminCarts(shop.cart),
        "/v1/admin/carts/{cart_id}/vat-number": AdminCartVatNumber(shop.vat_numbers),
        "/v1/admin/customers": AdminCustomers(shop.customers),
        "/v1/admin/customers/{customer_id}": AdminCustomer(shop.customers),
        "/v1/admin/customers/{customer_id}/orders": AdminCustomerOrders(shop.customers),
        "/v1/admin/customers/{customer_id}/notes": AdminCustomerNotes(shop.customers),
        "/v1/admin/customers/{customer_id}/merge": AdminCustomerMerge(shop.customers),
        "/v1/admin/customers/{customer_id}/export": AdminCustomerExport(shop.privacy),
        "/v1/admin/customers/{customer_id}/erase": AdminCustomerErasure(shop.privacy),
        "/v1/admin/discounts": AdminDiscounts(shop.discounts),
        "/v1/admin/discounts/{discount_id}": AdminDiscount(shop.discounts),
        "/v1/admin/inventory": AdminInventory(shop.inventory),
        "/v1/admin/inventory/verify": AdminStockVerification(shop.inventory),
        "/v1/admin/inventory/repair": AdminStockRepair(shop.inventory),
        "/v1/admin/inventory/{variant_id}": AdminStock(shop.inventory),
        "/v1/admin/inventory/{variant_id}/adjustments": AdminStockAdjustments(shop.inventory),
        "/v1/admin/inventory/{variant_id}/counts": AdminStockCounts(shop.inventory),
        "/v1/admin/inventory/{variant_id}/movements": AdminStockMovements(shop.inventory),
        "/v1/admin/inventory/{variant_id}/reservations": AdminStockReservations(shop.inventory),
        "/v1/admin/inventory/{variant_id}/explain": AdminStockExplanation(shop.inventory),
    }
    table["/openapi.json"] = OpenApi(table)
    return table


def create_app(shop: Commerce, log: FilteringBoundLogger | None = None) -> App:
    """The WSGI application of one shop. Raises `TypeError` for a responder without a declaration."""
    log = log or request_logger(shop.settings.log_level, sys.stderr.buffer)
    settings = shop.settings
    limits = RateLimits(Counters(settings.redis_url, log), settings.rate_limits, log)
    gate = Gate(shop.operators, shop.accounts, shop.idempotency, settings.trusted_proxies, log, limits)
    return assemble(routes(shop), gate, Browsers(settings.origins, settings.hsts_seconds))


def assemble(table: Mapping[str, object], gate: Gate, browsers: Browsers | None = None) -> App:
    """An application that answers with these resources and with problem documents, and logs every request."""
    told = [browsers] if browsers and browsers.wanted else []
    app = App(middleware=[RequestLog(gate.log), *told])
    ProblemHandlers(gate.log).install(app)
    for template, resource in table.items():
        app.add_route(template, Endpoint(resource, gate))
    return app
