package flow

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
