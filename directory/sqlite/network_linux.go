package sqlite

import "golang.org/x/sys/unix"

// networkName names the network file system that a folder is on, empty if it is on none that is known.
func networkName(folder string) (string, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return "", err
	}
	return magicName(uint32(st.Type)), nil //nolint:gosec // magic numbers have 32 bits; the width of the field differs
}

// magicName knows the numbers of linux/magic.h and of file systems outside the kernel.
func magicName(magic uint32) string {
	switch magic {
	case unix.NFS_SUPER_MAGIC:
		return "nfs"
	case unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return "smb"
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "afs"
	case unix.CODA_SUPER_MAGIC:
		return "coda"
	case unix.NCP_SUPER_MAGIC:
		return "ncp"
	case unix.V9FS_MAGIC:
		return "9p"
	case unix.CEPH_SUPER_MAGIC:
		return "ceph"
	case 0x0bd00bd0:
		return "lustre"
	case unix.OCFS2_SUPER_MAGIC, 0x01161970:
		return "cluster"
	}
	return ""
}
