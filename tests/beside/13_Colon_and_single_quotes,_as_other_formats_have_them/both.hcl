locals {
  name: "api"
  level = '2.1.0'
}
