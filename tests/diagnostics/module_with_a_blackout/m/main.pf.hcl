blackout "sales" {
  timezone = "UTC"
  dates    = ["2029-11-23"]
}
