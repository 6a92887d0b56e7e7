service = {
  name   = "api"
  checks = [{ path = "/healthz", codes = [204, 200] }, {}]
  limits = { memory = "2G" }
  labels = { team = { value = true, hidden = "true" } }
}
