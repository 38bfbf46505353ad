# The plugin as a host sees it, on a Windows machine: builds the programs and runs the tests of the boundary, of the store
# in a file and of the archive. Needs Go alone. From a clone, in PowerShell 5 or newer:
#   powershell -ExecutionPolicy Bypass -File .ci\windows.ps1
# Everything that was printed stays in windows-report.txt. The exit code is 0 if all is well.
Set-Location (Join-Path $PSScriptRoot '..')
if (-not (Get-Command go -ErrorAction SilentlyContinue)) {
    Write-Host 'go is missing: install it from https://go.dev/dl and open a new window'
    exit 2
}
$env:CGO_ENABLED = '0'
$report = 'windows-report.txt'
"$([Environment]::OSVersion.VersionString), $(go version)" | Tee-Object $report

go build -trimpath -o bin/ ./dmsplugin/cmd/edo-dms ./dmsplugin/cmd/edo-bridge ./conformance/cmd/mock-operator ./conformance/cmd/edo-conformance
if ($LASTEXITCODE -ne 0) { exit 1 }

$failed = @()
foreach ($package in './dmsplugin', './dmsplugin/hosttest', './dmsplugin/cmd/edo-dms', './dmsplugin/cmd/edo-bridge',
    './conformance/adaptertest', './directory/sqlite', './directory/archive', './edo/gateway') {
    cmd /c "go test -count 1 -timeout 30m $package 2>&1" | Tee-Object $report -Append
    if ($LASTEXITCODE -ne 0) { $failed += $package }
}
if ($failed.Count -gt 0) {
    "FAILED: $($failed -join ', ')" | Tee-Object $report -Append
    exit 1
}
'all of it passed' | Tee-Object $report -Append
