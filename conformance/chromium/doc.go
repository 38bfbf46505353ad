// Package chromium lets tests look at pages in a real chromium.
//
// It drives the browser over its debugging pipe: no port, no driver, no download. A machine without chromium skips the test by
// name. It knows nothing of the pages; those are tested beside what serves them, in directory/console and
// examples/hosts/pocketbase.
package chromium
