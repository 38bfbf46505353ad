// Package acceptance holds one test for each sentence that the two utilities were promised, named after it: TestV2_…,
// TestS4_…, TestM3_…. Each goes the whole way: library, SQLite, driver and the stand-in operator over HTTP, with two
// sides where there are two. TestScenarios drives a working day through each named scenario of the stand-in.
//
// It has no code of its own, only tests. What happens to real processes that are killed is in package crash.
package acceptance
