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
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -eq 0 ] && return
    [ "$(id -u)" -eq 0 ] || fail "packages are missing; install them: apt-get install --no-install-recommends ${missing[*]}"
    say "Installing ${missing[*]}"
    install_packages "${missing[@]}" 2>/dev/null || { apt-get update >/dev/null && install_packages "${missing[@]}"; } ||
        fail "apt-get could not install ${missing[*]}"
}

# The same, as far as it goes: one that is not to be had is said and done without.
want_packages() {
    local package missing
    mapfile -t missing < <(missing_packages "$@")
    if [ ${#missing[@]} -eq 0 ] || [ "$(id -u)" -ne 0 ]; then return; fi
    say "Installing ${missing[*]}"
    install_packages "${missing[@]}" 2>/dev/null && return
    for package in "${missing[@]}"; do
        install_packages "$package" 2>/dev/null || say "  not to be had: $package"
    done
}

missing_packages() {
    local purpose package
    for purpose; do
        while read -r package; do
            dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || printf '%s\n' "$package"
        done < <(awk -v purpose="$purpose" '$1 == purpose { print $2 }' "$repository/scripts/apt-packages")
    done
}

install_packages() {
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" >/dev/null </dev/null
}
