// Package archivetest holds every archive of document bytes to one behaviour: [Config.Suite] is the same list of cases for the
// folder (directory/archive), for S3-compatible storage (directory/archive/s3) and for an archive of yours.
//
// It knows [edo.Depot] and the reasons of directory/archive only; what it cannot do through them, such as damaging
// stored bytes, the harness of the tested archive does.
package archivetest
