-- For wrk: writes values of a given size to 10,000 keys, and ends with one line for bench.sh.
local value, n, id = "", 0, 0

function init(args)
  math.randomseed(os.time())
  id = math.random(1000000)
  value = string.rep("x", tonumber(args[1]))
end

function request()
  n = n + 1
  return wrk.format("PUT", "/v1/kv/bench-" .. id .. "-" .. (n % 10000), nil, value)
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  print(string.format("result %d %d %d %d %d", summary.requests - errors.status, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
