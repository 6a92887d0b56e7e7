variable "folder" { default = "data" }
variable "token" {
  default   = "hidden-token"
  sensitive = true
}

data "json" "hosts" { path = "${var.folder}/hosts.json" }
data "csv" "rows" { path = local.csv }
data "yaml" "zones" { path = "data/zones.yaml" }
data "json" "each" {
  for_each = toset(["hosts"])
  path     = "data/${each.key}.json"
}
data "external" "asked" {
  program = ["sh", "-c", "cat"]
  query   = { zone = data.json.hosts.value.zone, n = 0.1 }
}
data "external" "secret" {
  program = ["sh", "-c", "cat"]
  query   = { token = var.token }
}

locals { csv = "data/rows.csv" }

component "release" "web" {
  for_each    = data.json.hosts.value.hosts
  path        = "/srv/${each.key}/${data.csv.rows.value[0].name}"
  port        = each.value
  patch_level = "1"
}

module "m" { source = "./m" }

output "zones" { value = data.yaml.zones.value.eu[0].port }
output "asked" { value = data.external.asked.value }
output "each" { value = data.json.each["hosts"].value.zone }
output "inner" { value = module.m.zone }
output "secret" {
  value     = data.external.secret.value.token
  sensitive = true
}
