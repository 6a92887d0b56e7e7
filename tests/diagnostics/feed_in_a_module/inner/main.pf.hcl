feed "kev" "cisa" {
  source = "kev.json"
}
