-- Addresses from a file, in random order.

local flow = require("flow")
local requests

function init(arguments)
  flow.random_seed()
  requests = flow.lines_of(arguments[1])
  for i, path in ipairs(requests) do requests[i] = wrk.format("GET", path) end
end

function request()
  return requests[math.random(#requests)]
end
