component "release" "api"
{
  path = "/srv"
}
