-- A whole purchase: cart, item, checkout, and the provider's word that it is paid.

local flow = require("flow")
local buyer = require("buyer")

function init(arguments)
  buyer.init(arguments)
  flow.of({ buyer.new_cart, buyer.add_item, buyer.check_out, buyer.pay })
end
