-- The steps of buying.

local flow = require("flow")
local sha256 = require("sha256")
local buyer = {}
local json = { ["Content-Type"] = "application/json" }
local variants, secret, cart_id, intent_id, amount

function buyer.init(arguments)
  flow.random_seed()
  variants, secret = flow.lines_of(arguments[1]), arguments[2]
end

function buyer.signature(body, key, timestamp)
  return ("t=%d,v1=%s"):format(timestamp, sha256.hmac(key, timestamp .. "." .. body))
end

buyer.new_cart = {
  201,
  function() return wrk.format("POST", "/v1/store/cart", json, "{}") end,
  function(body) cart_id = body:match('"id":"([^"]+)"') end,
}

buyer.add_item = {
  201,
  function()
    local item = ('{"variant_id":"%s","quantity":1}'):format(variants[math.random(#variants)])
    return wrk.format("POST", "/v1/store/cart/" .. cart_id .. "/items", json, item)
  end,
}

buyer.check_out = {
  201,
  function()
    local headers = { ["Content-Type"] = "application/json", ["Idempotency-Key"] = flow.random_hex(32) }
    local address = '{"name":"Camille Durand","line1":"12 rue des Lilas","postal_code":"75011","city":"Paris","country":"FR"}'
    local order = ('{"cart_id":"%s","email":"camille@example.com","shipping_address":%s,"shipping_option_id":"standard"}')
    return wrk.format("POST", "/v1/store/checkout", headers, order:format(cart_id, address))
  end,
  function(body)
    intent_id = body:match('"intent_id":"([^"]+)"')
    amount = intent_id:match("_(%d+)%u%u%u_")
  end,
}

-- The event is what the fake gateway accepts; its id is new each time, because another order is paid each time.
buyer.pay = {
  200,
  function()
    local now = os.time()
    local event = ('{"id":"evt_%s","object":"event","type":"payment_intent.succeeded","created":%d,"data":{"object":'
      .. '{"id":"%s","object":"payment_intent","status":"succeeded","amount":%s,"amount_received":%s,"currency":"eur",'
      .. '"metadata":{"order_id":"%s"}}}}'):format(flow.random_hex(32), now, intent_id, amount, amount, intent_id:match("_(%x+)_"))
    local headers = { ["Content-Type"] = "application/json", ["Stripe-Signature"] = buyer.signature(event, secret, now) }
    return wrk.format("POST", "/v1/webhooks/stripe", headers, event)
  end,
}

return buyer
