regions = {
  us = {
    tiers = ["web", "db"]
    tags  = { owner = "us-team" }
  }
  eu = { size = 3 }
  ap = { size = "3", tiers = [] }
}
