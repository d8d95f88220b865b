#!/bin/sh
# Prints the path of a Bicep CLI, which the tests compile and expand infra/ with. Takes the one on the PATH, else one of
# NuGet's packages, which holds all that is needed to work offline; where it is missing, it is fetched once.
set -eu
command -v bicep && exit 0

version=0.49.2
sha256=4200806a921d2ba1ea7de78ec2e064cefe313f26f612be442e5161452af70d9d
package=azure.bicep.commandline.linux-x64
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "The tests need the Bicep CLI on the PATH: https://aka.ms/bicep-install" >&2
  exit 1
fi
restored="${NUGET_PACKAGES:-$HOME/.nuget/packages}/$package/$version/tools/bicep"
fetched="$(dirname "$0")/../.cache/bicep-$version/bicep"
for found in "$restored" "$fetched"; do
  if [ -x "$found" ]; then echo "$found" && exit 0; fi
done

echo "Fetching Bicep $version" >&2
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
if command -v dotnet >/dev/null; then
  cat >"$work/bicep.csproj" <<END
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageDownload Include="$package" Version="[$version]" /></ItemGroup>
</Project>
END
  if dotnet restore "$work/bicep.csproj" >&2 && [ -x "$restored" ]; then echo "$restored" && exit 0; fi
fi
curl --fail --silent --show-error --location --retry 3 --output "$work/bicep.zip" \
  "https://api.nuget.org/v3-flatcontainer/$package/$version/$package.$version.nupkg"
echo "$sha256  $work/bicep.zip" | sha256sum --check --quiet >&2
unzip -q -o "$work/bicep.zip" tools/bicep -d "$work"
chmod +x "$work/tools/bicep"
mkdir -p "$(dirname "$fetched")"
mv "$work/tools/bicep" "$fetched"
echo "$fetched"
