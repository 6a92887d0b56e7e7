# Each number is small; what they come to is told before it is made.
module "region" {
  source = "./m"
  count  = 50000
}
