data "json" "hosts" {
  path      = "hosts.json"
  sensitive = true
}

data "json" "sites" {
  for_each = toset(["hosts.json"])
  path     = each.key
}

data "json" "copies" {
  count = 2
  path  = "hosts.json"
}

data "yaml" "hosts" {
  path      = "hosts.yaml"
  sensitive = true
}

data "yaml" "sites" {
  for_each = toset(["hosts.yaml"])
  path     = each.key
}

data "yaml" "copies" {
  count = 2
  path  = "hosts.yaml"
}

data "csv" "hosts" {
  path      = "hosts.csv"
  sensitive = true
}

data "csv" "sites" {
  for_each = toset(["hosts.csv"])
  path     = each.key
}

data "csv" "copies" {
  count = 2
  path  = "hosts.csv"
}

data "external" "kernel" {
  program   = ["sh", "-c", "echo \"{\\\"asked\\\": $(cat)}\""]
  query     = { site = "eu" }
  timeout   = "20s"
  sensitive = true
}

data "external" "sites" {
  for_each = { eu = 1 }
  program  = ["echo", jsonencode(each.key)]
}

data "external" "copies" {
  count   = 2
  program = ["echo", "[1]"]
}

output "hosts" {
  value = keys(data.json.sites["hosts.json"].value)
}

output "names" {
  value = data.csv.copies[0].value[*].name
}
