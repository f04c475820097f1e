-- Posts the bodies of a file, one after the other from a place drawn anew in each thread and run, each with its key:
-- the same questions again and again would soon only be denied for the attempts made.
-- Arguments after `--`: the file (lines of key, tab, JSON), the path. The last line printed is the summary as JSON.
local threads = 0

function setup(thread)
    thread:set("place", threads)
    threads = threads + 1
end

function init(args)
    requests = {}
    for line in io.lines(args[1]) do
        local key, body = line:match("^([^\t]*)\t(.*)$")
        requests[#requests + 1] = wrk.format("POST", args[2], {
            ["Content-Type"] = "application/json",
            ["Authorization"] = "Bearer " .. key,
        }, body)
    end
    math.randomseed(os.time() + place * 7919)
    at = math.random(#requests)
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"seconds":%.6f,"p50_ms":%.4f,"p99_ms":%.4f,"errors":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout
    ))
end
