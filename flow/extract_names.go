package flow

// slotOf finds the concept of an attribute and the rank of the spelling: the
// lowest rank is the newest and wins, because instrumentations that migrate
// send both.
func slotOf(key string) (slot, uint8) {
	switch key {
	case "session.id":
		return sSession, 0
	case "user.id":
		return sUser, 0
	case "enduser.id":
		return sUser, 1
	case "http.request.method":
		return sMethod, 0
	case "http.method":
		return sMethod, 1
	case "http.response.status_code":
		return sStatus, 0
	case "http.status_code":
		return sStatus, 1
	case "http.route":
		return sRoute, 0
	case "url.full":
		return sURL, 0
	case "http.url":
		return sURL, 1
	case "url.template":
		return sURLTemplate, 0
	case "url.path":
		return sPath, 0
	case "http.target":
		return sPath, 1
	case "server.address":
		return sHost, 0
	case "net.peer.name":
		return sHost, 1
	case "http.host":
		return sHost, 2
	case "peer.hostname":
		return sHost, 3
	case "peer.address":
		return sHost, 4
	case "service.peer.name":
		return sPeer, 0
	case "peer.service":
		return sPeer, 1
	case "http.request.resend_count":
		return sResend, 0
	case "http.resend_count":
		return sResend, 1
	case "http.request.resend.count":
		return sResend, 2
	case "retry.count":
		return sResend, 3

	case "rpc.system.name":
		return sRPCSystem, 0
	case "rpc.system":
		return sRPCSystem, 1
	case "rpc.service":
		return sRPCService, 0
	case "rpc.method":
		return sRPCMethod, 0
	case "rpc.status_code":
		return sRPCStatus, 0
	case "rpc.response.status_code":
		return sRPCStatus, 1
	case "rpc.grpc.status_code":
		return sRPCStatus, 2
	case "rpc.connect_rpc.error_code":
		return sRPCStatus, 3
	case "grpc.status_code":
		return sRPCStatus, 4
	case "graphql.operation.type":
		return sGraphQLType, 0
	case "graphql.operation.name":
		return sGraphQLName, 0

	case "messaging.system":
		return sMsgSystem, 0
	case "messaging.operation.type":
		return sMsgType, 0
	case "messaging.operation":
		return sMsgType, 1
	case "messaging.operation.name":
		return sMsgName, 0
	case "messaging.destination.name":
		return sDest, 0
	case "messaging.destination":
		return sDest, 1
	case "messaging.masstransit.destination_address":
		return sDest, 2
	case "message_bus.destination":
		return sDest, 3
	case "messaging.masstransit.input_address":
		return sDest, 4
	case "messaging.destination_kind":
		return sDestKind, 0
	case "messaging.destination.kind":
		return sDestKind, 1
	case "messaging.destination.template":
		return sDestTemplate, 0
	case "messaging.destination.anonymous":
		return sDestAnonymous, 0
	case "messaging.destination.temporary":
		return sDestTemporary, 0
	case "messaging.temp_destination":
		return sDestTemporary, 1
	case "messaging.destination.partition.id":
		return sPartition, 0
	case "messaging.kafka.destination.partition":
		return sPartition, 1
	case "messaging.kafka.partition":
		return sPartition, 2
	case "messaging.destination.subscription.name":
		return sSubscription, 0
	case "messaging.servicebus.destination.subscription_name":
		return sSubscription, 1
	case "messaging.consumer.group.name":
		return sGroup, 0
	case "messaging.kafka.consumer.group":
		return sGroup, 1
	case "messaging.kafka.consumer_group":
		return sGroup, 2
	case "messaging.eventhubs.consumer.group":
		return sGroup, 3
	case "messaging.rocketmq.client_group":
		return sGroup, 4
	case "messaging.message.id":
		return sMsgID, 0
	case "messaging.message_id":
		return sMsgID, 1
	case "messaging.masstransit.message_id":
		return sMsgID, 2
	case "nservicebus.message_id":
		return sMsgID, 3
	case "messaging.batch.message_count":
		return sBatch, 0
	case "messaging.kafka.offset":
		return sOffset, 0
	case "messaging.kafka.message.offset":
		return sOffset, 1
	case "messaging.kafka.cluster.id":
		return sCluster, 0
	case "messaging.servicebus.disposition_status":
		return sDisposition, 0
	case "messaging.servicebus.message.delivery_count":
		return sDeliveries, 0
	case "messaging.message.delivery_count":
		return sDeliveries, 1
	case "messaging.delivery_count":
		return sDeliveries, 2

	case "db.system.name":
		return sDBSystem, 0
	case "db.system":
		return sDBSystem, 1
	case "db.type":
		return sDBSystem, 2
	case "db.collection.name":
		return sDBCollection, 0
	case "db.sql.table":
		return sDBCollection, 1
	case "db.mongodb.collection":
		return sDBCollection, 2
	case "db.operation.name":
		return sDBOperation, 0
	case "db.operation":
		return sDBOperation, 1
	case "db.query.summary":
		return sDBSummary, 0
	case "db.query.text":
		return sDBText, 0
	case "db.statement":
		return sDBText, 1

	case "azure.resource_provider.namespace":
		return sAzure, 0
	case "az.namespace":
		return sAzure, 1
	case "faas.trigger":
		return sFaasTrigger, 0
	case "faas.name":
		return sFaasName, 0
	case "error.type":
		return sErrorType, 0
	case "error.reason":
		return sErrorType, 1
	case "error":
		return sError, 0
	case "otel.status_code":
		return sOtelStatus, 0
	case "Success":
		return sSuccess, 0
	case "component":
		return sComponent, 0
	case "response_flags":
		return sResponseFlags, 0
	case "upstream_cluster.name":
		return sUpstream, 0
	case "upstream_cluster":
		return sUpstream, 1
	case "hop.source":
		return sHopSource, 0
	case "hop.kind":
		return sHopKind, 0
	case "hop.outcome":
		return sHopOutcome, 0
	case "hop.id.derived":
		return sHopDerived, 0
	case "hop.attempt", "hop.retries":
		return sHopAttempt, 0
	case "DependencyType":
		return sDependency, 0
	case "cloudevents.event_id":
		return sEventID, 0
	case "cloudevents.event_source":
		return sEventSource, 0
	case "cloudevents.event_type":
		return sEventType, 0
	case "aws.sns.topic.arn":
		return sTopicARN, 0
	case "aws.sqs.queue.url":
		return sQueueURL, 0
	}
	return engineSlotOf(key)
}
