# What the scripts share; sourced, not run. Each script begins with a comment block that is its --help.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Build nodes that outlive their build would keep a caller's pipe open.
export MSBUILDDISABLENODEREUSE=1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# The comment block below the first line.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

need_dotnet() {
    command -v dotnet >/dev/null ||
        fail "the .NET SDK is missing: install .NET 10 (https://dotnet.microsoft.com/download) and put dotnet on PATH"
    (cd "$repository" && dotnet --version >/dev/null 2>&1) ||
        fail "no .NET SDK here satisfies global.json: $(tr -d '\n' <"$repository/global.json")"
}

# Installs the Debian packages of the given purposes that are missing; only root can.
need_packages() {
    local purpose package missing=()
    for purpose; do
        while read -r package; do
            dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
        done < <(awk -v purpose="$purpose" '$1 == purpose { print $2 }' "$repository/scripts/apt-packages")
    done
    [ ${#missing[@]} -eq 0 ] && return
    [ "$(id -u)" -eq 0 ] || fail "packages are missing; install them: apt-get install --no-install-recommends ${missing[*]}"
    say "Installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install --yes --no-install-recommends "${missing[@]}" >/dev/null 2>&1 || {
        apt-get update >/dev/null && apt-get install --yes --no-install-recommends "${missing[@]}" >/dev/null
    } || fail "apt-get could not install ${missing[*]}"
}
