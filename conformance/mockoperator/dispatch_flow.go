package mockoperator

// dispatchFlow does the operations of messages both ways, service documents, answers and evidence; known is false for others.
func (o *Operator) dispatchFlow(x *exchange, req *request) (b *body, known bool, err error) {
	p := req.params
	if g, ok := generatorOf(req.operation); ok {
		b, err = o.generate(req.operation, g, p)
		return b, true, err
	}
	known = true
	switch req.operation {
	case "SendUnsignedMessage":
		b, err = o.sendUnsigned(x, p)
	case "SendForwardMessage":
		b, err = o.sendForward(x, p)
	case "SendInternalMessage":
		b, err = o.sendInternal(x, p)
	case "SignDocument":
		b, err = o.signDocument(p)
	case "RejectSign":
		b, err = o.rejectSign(p)
	case "GetInternalDocuments":
		b, err = o.getInternalDocuments(p)
	case "GetMessages":
		b, err = o.getMessages(p)
	case "GetMessage", "GetMessageWithLoadOptions":
		b, err = o.getMessage(req.operation, p)
	case "GetDocumentList":
		b, err = o.getDocumentList(p)
	case "GetFlowDocumentInfo":
		b, err = o.getFlowDocumentInfo(p)
	case "GetRequiredNotices":
		b, err = o.getRequiredNotices(p)
	case "GetDocumentExecutedFunction":
		b, err = o.getExecutedFunction(p)
	case "DownloadDocumentFlowArchive":
		b, err = o.getArchive(x, req.operation, p, true)
	case "DownloadDocumentFlowArchiveWithoutInformationReceipt":
		b, err = o.getArchive(x, req.operation, p, false)
	case "GetEnhancedSign", "GetEnhancedSignById":
		b, err = o.getEnhancedSign(req.operation, p)
	default:
		known = false
	}
	return b, known, err
}
