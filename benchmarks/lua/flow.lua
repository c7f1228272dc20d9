-- A buyer: a circle of requests, each made from what the answers before it said.
--
-- wrk gives each of its threads a Lua state and does not tell scripts which connection speaks, so a buyer needs a thread with
-- one connection. `request` only reads the state and `response` alone moves it on: wrk may ask for the same request twice,
-- once before the first connection and once after a lost one.

local flow = {}
local threads = {}

function setup(thread)
  thread:set("number", #threads + 1)
  threads[#threads + 1] = thread
end

-- `steps`: a list of { expected status, function that makes the request, function that reads the answer }.
function flow.of(steps)
  local at = 1
  local made = nil
  flows, failures, first_failure = 0, 0, ""

  function request()
    made = made or steps[at][2]()
    return made
  end

  function response(status, _, body)
    made = nil
    local expected, _, read = unpack(steps[at])
    if status ~= expected then
      failures = failures + 1
      if first_failure == "" then first_failure = ("step %d: %d %s"):format(at, status, body:sub(1, 300)) end
      at = 1
      return
    end
    if read then read(body) end
    at = at % #steps + 1
    if at == 1 then flows = flows + 1 end
  end
end

function flow.random_seed()
  math.randomseed(os.time() * 1000 + number)
  for _ = 1, 10 do math.random() end -- The first numbers of neighbouring seeds are alike.
end

local letters = "0123456789abcdef"

function flow.random_hex(length)
  local chosen = {}
  for i = 1, length do
    local at = math.random(16)
    chosen[i] = letters:sub(at, at)
  end
  return table.concat(chosen)
end

function flow.lines_of(path)
  local lines = {}
  for line in io.lines(path) do lines[#lines + 1] = line end
  return lines
end

-- One line of JSON at the end, for the program that started wrk.
function done(summary, latency)
  local counted, refused, told = 0, summary.errors.status, ""
  for _, thread in ipairs(threads) do
    counted = counted + (thread:get("flows") or 0)
    local failed = thread:get("failures")
    if failed and failed > 0 then
      refused = math.max(refused, failed)
      told = thread:get("first_failure")
    end
  end
  local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(('{"seconds": %f, "requests": %d, "flows": %d, "refused": %d, "lost": %d, "p50_ms": %f, "p99_ms": %f, "told": "%s"}\n'):format(
    summary.duration / 1e6, summary.requests, counted, refused, lost, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    told:gsub('[%c"\\]', " ")
  ))
end

return flow
