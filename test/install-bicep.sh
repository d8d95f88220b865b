#!/bin/sh
# Prints the path of a Bicep CLI, which the tests compile and expand infra/ with: the one on the PATH, else one of NuGet's
# packages, which holds all that is needed to work offline. With a version as argument, that one. What is missing is
# fetched once.
set -eu
if [ $# -eq 0 ]; then command -v bicep && exit 0; fi

version="${1:-0.49.2}"
case "$version" in
  0.49.2) sha256=4200806a921d2ba1ea7de78ec2e064cefe313f26f612be442e5161452af70d9d ;;
  0.47.16) sha256=ff48ef8a1f868ddefc822434621c018acfd67730da9fd8cf0c3765af97576fb4 ;;
  *) echo "No checksum is known of Bicep $version" >&2 && exit 1 ;;
esac
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
# Beside its place: others that fetch it at the same time see all of it or nothing.
mkdir -p "$(dirname "$0")/../.cache"
work="$(mktemp -d "$(dirname "$0")/../.cache/bicep-XXXXXX")"
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
