package sqlite

import "testing"

func TestNetworkFileSystems(t *testing.T) {
	t.Parallel()
	for magic, want := range map[uint32]string{
		0x6969: "nfs", 0xff534d42: "smb", 0xfe534d42: "smb", 0x517b: "smb", 0x01021997: "9p", 0x00c36400: "ceph", // network
		0xef53: "", 0x58465342: "", 0x9123683e: "", 0x01021994: "", 0x794c7630: "", // ext4, xfs, btrfs, tmpfs, overlay
	} {
		if got := magicName(magic); got != want {
			t.Errorf("%#x: %q, want %q", magic, got, want)
		}
	}
	if name, err := networkName(t.TempDir()); err != nil || name != "" {
		t.Skipf("the tests run on %q, %v", name, err)
	}
}
