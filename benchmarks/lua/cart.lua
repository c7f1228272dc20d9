-- A new cart, and one item in it.

local flow = require("flow")
local buyer = require("buyer")

function init(arguments)
  buyer.init(arguments)
  flow.of({ buyer.new_cart, buyer.add_item })
end
