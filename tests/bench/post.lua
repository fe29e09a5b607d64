-- Sends the body that stands after the address on wrk's command line.
function init(args)
  wrk.method = "POST"
  wrk.body = args[1]
end
