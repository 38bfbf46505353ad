package dmsplugin

import (
	goplugin "github.com/hashicorp/go-plugin"
)

const (
	// ProtocolVersion is the major version of the contract: the suffix of the proto package and the number that is
	// negotiated in the handshake. Inside a version there are only additions.
	ProtocolVersion = 1
	// CookieKey names the variable that marks an environment that wants a plugin.
	CookieKey = "EDOKIT_DMS_PLUGIN"
	// CookieValue is what it holds. It is no secret and no protection.
	CookieValue = "d1b0f2a6c7e94f6f8b7c3a5e-exchange"
	// StdinWatch is a variable: set to 1 in the plugin's environment, makes the end of its standard input the end of the plugin. For
	// hosts that keep a pipe open; a Go host hands over its own standard input and must not set it.
	StdinWatch = "EDOKIT_STDIN_WATCH"

	// ChunkSize is how content is cut, in bytes.
	ChunkSize = 256 << 10
	// MaxChunk is the largest chunk that is accepted, in bytes.
	MaxChunk = 1 << 20
	// MaxMessage is the largest message in either direction, in bytes.
	MaxMessage = 4 << 20

	pluginName   = "dms"
	envHostCert  = "PLUGIN_CLIENT_CERT"
	envVersions  = "PLUGIN_PROTOCOL_VERSIONS"
	envMultiplex = "PLUGIN_MULTIPLEX_GRPC"
	envSocketDir = goplugin.EnvUnixSocketDir
)

// PluginMode reports whether the process was started by a host, so that a binary that is also a command line can
// choose. getenv is os.Getenv.
func PluginMode(getenv func(string) string) bool { return getenv(CookieKey) == CookieValue }

// Misled reports whether a host seems to have started the process without the right cookie: what it gets instead must not look
// like a plugin that fell silent. getenv is os.Getenv.
func Misled(getenv func(string) string) bool {
	return !PluginMode(getenv) && (getenv(CookieKey) != "" || getenv(envVersions) != "")
}

func handshake() goplugin.HandshakeConfig {
	return goplugin.HandshakeConfig{ProtocolVersion: ProtocolVersion, MagicCookieKey: CookieKey, MagicCookieValue: CookieValue}
}
