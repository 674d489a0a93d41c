package flow

// slot is one concept that a span attribute may carry, whatever its spelling.
type slot uint8

const (
	noSlot slot = iota
	sMethod
	sStatus
	sRoute
	sURL
	sURLTemplate
	sPath
	sHost
	sPeer
	sResend
	sRPCSystem
	sRPCService
	sRPCMethod
	sRPCStatus
	sGraphQLType
	sGraphQLName
	sMsgSystem
	sMsgType
	sMsgName
	sDest
	sDestKind
	sDestTemplate
	sDestAnonymous
	sDestTemporary
	sPartition
	sSubscription
	sGroup
	sMsgID
	sBatch
	sOffset
	sCluster
	sDisposition
	sDeliveries
	sDBSystem
	sDBCollection
	sDBOperation
	sDBSummary
	sDBText
	sAzure
	sFaasTrigger
	sFaasName
	sErrorType
	sError
	sOtelStatus
	sSuccess
	sComponent
	sResponseFlags
	sUpstream
	sHopSource
	sHopKind
	sHopOutcome
	sHopDerived
	sHopAttempt
	sDependency
	sEventID
	sEventSource
	sEventType
	sEventHeader
	sTopicARN
	sQueueURL
	sDurable // the first of the engines'
	sTaskType
	sTaskName
	sTaskInstance
	sTaskExecution
	sTaskStatus
	sTaskID
	sTemporalWorkflow
	sTemporalRun
	sTemporalActivity
	sTemporalUpdate
	sAirflow
	sDAG
	sDAGRun
	sDAGTask
	sDAGState
	sDAGTry
	sCamunda
	sDaprWorkflow
	sDaprAPI
	sDaprMethod
	sDataFactory
	sLogicApps
	sStateMachine
	sStepActivity
	sStepExecution
	sPipelineRun
	sPipeline
	sPipelineTask
	sPipelineTaskRun
	sPipelineResult
	sWorkflowName
	sWorkflowRun
	sWorkflowID
	sWorkflowStep
	sWorkflowStepID
	sWorkflowStatus
	sSagaID
	sSagaType
	sMassTransitSaga
	sTrackingNumber // the last of the engines': see bag.put
	sIntent
	sEventTypes
	sMessageTypes
	sProcessingEndpoint
	sRecoverability
	sDelayedRetries
	slots // correlation concepts follow: slots + concept
)

// slotOf finds the concept of an attribute and the rank of the spelling: the
// lowest rank is the newest and wins, because instrumentations that migrate
// send both.
func slotOf(key string) (slot, uint8) {
	switch key {
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

// engineSlotOf knows the names of workflow engines and of correlation values.
func engineSlotOf(key string) (slot, uint8) {
	switch key {
	case "durabletask.type":
		return sTaskType, 0
	case "durabletask.task.name":
		return sTaskName, 0
	case "durabletask.event.name":
		return sTaskName, 1
	case "durabletask.task.instance_id":
		return sTaskInstance, 0
	case "durabletask.task.execution_id":
		return sTaskExecution, 0
	case "durabletask.task.status":
		return sTaskStatus, 0
	case "durabletask.task.task_id":
		return sTaskID, 0
	case "durabletask.task_id":
		return sTaskID, 1
	case "temporalWorkflowID":
		return sTemporalWorkflow, 0
	case "temporalRunID":
		return sTemporalRun, 0
	case "temporalActivityID":
		return sTemporalActivity, 0
	case "temporalUpdateID":
		return sTemporalUpdate, 0
	case "airflow.dag_id":
		return sDAG, 0
	case "airflow.dag_run.dag_id":
		return sDAG, 1
	case "airflow.dag_run.run_id":
		return sDAGRun, 0
	case "airflow.run_id":
		return sDAGRun, 1
	case "airflow.task_id":
		return sDAGTask, 0
	case "airflow.task_instance.task_id":
		return sDAGTask, 1
	case "airflow.task_instance.state":
		return sDAGState, 0
	case "airflow.dag_run.state":
		return sDAGState, 1
	case "airflow.task_instance.try_number":
		return sDAGTry, 0
	case "dapr.api":
		return sDaprAPI, 0
	case "dapr.invoke_method":
		return sDaprMethod, 0
	case "aws.step_functions.state_machine.arn":
		return sStateMachine, 0
	case "aws.step_functions.activity.arn":
		return sStepActivity, 0
	case "aws.step_functions.execution.arn":
		return sStepExecution, 0
	case "cicd.pipeline.run.id":
		return sPipelineRun, 0
	case "cicd.pipeline.name":
		return sPipeline, 0
	case "cicd.pipeline.task.name":
		return sPipelineTask, 0
	case "cicd.pipeline.task.run.id":
		return sPipelineTaskRun, 0
	case "cicd.pipeline.task.run.result":
		return sPipelineResult, 0
	case "cicd.pipeline.result":
		return sPipelineResult, 1
	case "workflow.name":
		return sWorkflowName, 0
	case "workflow.run_id", "workflow.run.id":
		return sWorkflowRun, 0
	case "workflow.action", "workflow.step", "workflow.activity":
		return sWorkflowStep, 0
	case "workflow.status":
		return sWorkflowStatus, 1
	case "nservicebus.saga.saga_id":
		return sSagaID, 0
	case "nservicebus.saga_id":
		return sSagaID, 1
	case "nservicebus.saga.saga_type":
		return sSagaType, 0
	case "nservicebus.message_intent":
		return sIntent, 0
	case "nservicebus.event_types":
		return sEventTypes, 0
	case "nservicebus.enclosed_message_types":
		return sMessageTypes, 0
	case "nservicebus.processing_endpoint":
		return sProcessingEndpoint, 0
	case "nservicebus.recoverability_action":
		return sRecoverability, 0
	case "nservicebus.delayed_retries":
		return sDelayedRetries, 0
	case "messaging.masstransit.saga_id":
		return sMassTransitSaga, 0
	case "messaging.masstransit.tracking_number":
		return sTrackingNumber, 0

	case "correlation.id", "correlation_id", "correlationId", "correlationid", "CorrelationId", "correlation-id",
		"x-correlation-id", "x-correlationid", "x_correlation_id", "ce-correlationid", "cloudevents.correlationid", "cloudevents.event_correlationid",
		"messaging.masstransit.correlation_id", "nservicebus.correlation_id":
		return slots + slot(cCorrelation), 0
	case "x-ms-client-tracking-id", "clientTrackingId", "azure.logicapps.client_tracking_id", "azure.logicapps.clientTrackingId":
		return slots + slot(cTracking), 0
	case "messaging.message.conversation_id", "messaging.conversation_id", "nservicebus.conversation_id":
		return slots + slot(cConversation), 0
	case "x-request-id", "guid:x-request-id":
		return slots + slot(cRequest), 0
	case "x-ms-workflow-run-id", "azure.logicapps.run_id", "azure.datafactory.run_id", "azure.datafactory.pipeline_run_id":
		return slots + slot(cRun), 0
	case "x-ms-action-tracking-id", "azure.logicapps.action_tracking_id":
		return slots + slot(cAction), 0
	case "azure.apim.correlation_id":
		return slots + slot(cAPIM), 0
	case "faas.invocation_id", "faas.execution":
		return slots + slot(cInvocation), 0
	case "traceparent", "Diagnostic-Id", "diagnostic-id", "cloudevents.traceparent":
		return slots + slot(cTraceparent), 0
	}
	return noSlot, 0
}
