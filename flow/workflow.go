package flow

import "strings"

// workflow finds the steps of workflow engines and what their timers and
// queries do inside them.
func (x *Extractor) workflow(b *bag, f *Facts) bool {
	if !b.engineSeen && b.source == "" && !temporalScope(f.Scope) && !durableScope(f.Scope) {
		return false
	}
	switch {
	case b.has(sTemporalRun) || b.has(sTemporalWorkflow) || b.has(sTemporalActivity) || b.has(sTemporalUpdate) || temporalScope(f.Scope):
		f.temporal(b)
	case durableScope(f.Scope) || b.has(sTaskType) || b.has(sTaskName) || b.has(sTaskInstance) || b.has(sTaskID) || b.has(sDurable):
		f.durable(b)
	case b.has(sAirflow) || b.has(sDAG) || b.has(sDAGTask) || b.has(sDAGRun) || b.has(sDAGState):
		f.engine(b, RuleAirflow, "airflow", b.text(sDAG), b.text(sDAGTask))
	case b.has(sCamunda):
		f.engine(b, RuleCamunda, "camunda", b.text(sWorkflowName), b.text(sWorkflowStep))
	case b.has(sDaprWorkflow):
		f.engine(b, RuleDaprWorkflow, "dapr", b.text(sWorkflowName), b.text(sWorkflowStep))
	case b.has(sDataFactory) || b.source == "azure.datafactory":
		f.engine(b, RuleDataFactory, "azure.datafactory", b.text(sWorkflowName), b.text(sWorkflowStep))
	case b.has(sLogicApps) || b.source == "azure.logicapps":
		f.engine(b, RuleLogicApps, "azure.logicapps", b.text(sWorkflowName), b.text(sWorkflowStep))
	case b.has(sStateMachine) || b.has(sStepActivity) || b.has(sStepExecution):
		f.stepFunctions(b)
	case b.has(sSagaID) && f.Scope == "NServiceBus.Core.Handler":
		f.engine(b, RuleSaga, "nservicebus", typeName(b.text(sSagaType)), "")
	case b.has(sMassTransitSaga) || b.has(sTrackingNumber):
		f.massTransit(b)
	case b.has(sPipelineRun):
		f.engine(b, RulePipeline, "cicd", b.text(sPipeline), b.text(sPipelineTask))
	default:
		return false
	}
	return true
}

func temporalScope(s string) bool {
	return s != "" && (s[0] == 't' || s[0] == '@' || s[0] == 'i') &&
		(s == "temporal-sdk-go" || strings.HasPrefix(s, "temporalio") || strings.HasPrefix(s, "@temporalio/interceptor") || strings.HasPrefix(s, "io.temporal"))
}

func durableScope(s string) bool {
	switch s {
	case "DurableTask", "DurableTask.Core", "Microsoft.DurableTask", "WebJobs.Extensions.DurableTask", "durabletask":
		return true
	}
	return false
}

// temporal reads OPERATION:NAME.
func (f *Facts) temporal(b *bag) {
	op, name, _ := strings.Cut(f.Name, ":")
	b.name = name
	switch op {
	case "StartWorkflow", "SignalWithStartWorkflow", "UpdateWithStartWorkflow":
		f.Step, f.Role, f.Workflow = Schedule, Caller, name
		f.Flags |= FlagAwaits
	case "StartChildWorkflow": // not awaited as a message is: its parent lives with what becomes of it
		f.Step, f.Role, f.Workflow = Schedule, Orchestrator, name
	case "RunWorkflow":
		f.Step, f.Role, f.Workflow = Run, Orchestrator, name
	case "StartActivity", "StartLocalActivity", "StartNexusOperation":
		f.Step, f.Role = Schedule, Orchestrator
	case "RunActivity", "RunLocalActivity", "RunStartNexusOperationHandler":
		f.Step, f.Role = Run, Activity
	case "SignalExternalWorkflow", "SignalChildWorkflow":
		f.Step, f.Role = Schedule, Orchestrator
	case "HandleSignal", "HandleUpdate", "ValidateUpdate":
		f.Step, f.Role = Run, Orchestrator
	case "QueryWorkflow", "HandleQuery":
		f.set(Internal, RuleQuery, "temporal", f.operationName(f.Name))
		return
	default: // SignalWorkflow, UpdateWorkflow, CreateSchedule, and operations to come
		f.stepByKind()
	}
	f.Workflow = f.operationName(f.Workflow)
	f.set(Workflow, RuleTemporal, "temporal", f.operationName(f.Name))
	if id := b.text(sTemporalActivity); id != "" {
		f.AttemptOf = id
		if run := b.text(sTemporalRun); run != "" { // activity ids count from one in every run
			f.AttemptOf = f.block.join(run, "/", id)
		}
	}
}

// durable reads both spellings of Durable Task: type:name@(version) and
// type||name||version.
func (f *Facts) durable(b *bag) {
	typ, rest, ok := strings.Cut(f.Name, "||")
	if ok {
		rest, _, _ = strings.Cut(rest, "||")
	} else if typ, rest, ok = strings.Cut(f.Name, ":"); ok {
		rest, _, _ = strings.Cut(rest, "@(")
	}
	if name := b.text(sTaskName); name != "" {
		rest = name
	}
	if !ok || typ == "" {
		typ = f.block.lower(b.text(sTaskType))
	}
	if typ == "timer" || b.text(sTaskType) == "timer" {
		f.set(Internal, RuleTimer, "durabletask", f.operationName(f.Name))
		return
	}
	b.name = rest
	switch typ {
	case "create_orchestration":
		f.Step, f.Role, f.Workflow = Schedule, Caller, rest
		f.Flags |= FlagAwaits
	case "orchestration":
		f.Workflow = rest
		switch f.SpanKind {
		case KindProducer:
			typ, f.Step, f.Role = "create_orchestration", Schedule, Caller
			f.Flags |= FlagAwaits
		case KindClient: // a sub-orchestration, as its parent sees it
			f.Step, f.Role = Schedule, Orchestrator
		default:
			f.Step, f.Role = Run, Orchestrator
		}
	case "activity":
		if f.Step, f.Role = Run, Activity; f.SpanKind == KindClient {
			f.Step, f.Role = Schedule, Orchestrator
		}
	case "orchestration_event", "event":
		f.Step, f.Role = Schedule, Caller
	default:
		f.stepByKind()
	}
	f.Workflow = f.operationName(f.Workflow)
	op := f.Name
	if typ != "" && rest != "" && (len(op) != len(typ)+1+len(rest) || op[:len(typ)] != typ || op[len(typ)] != ':') {
		op = f.block.join(typ, ":", rest)
	}
	f.set(Workflow, RuleDurableTask, "durabletask", f.operationName(op))
	if id := b.text(sTaskID); id != "" && typ == "activity" {
		f.AttemptOf = f.block.join(b.text(sTaskInstance), "/", id)
	}
}

// engine is a step of an engine that names its workflow and, for a task, the
// task.
func (f *Facts) engine(b *bag, rule, system, workflow, task string) {
	b.name = task
	f.stepByKind()
	if f.Step == Run && task != "" {
		f.Role = Activity
	}
	f.Workflow = f.operationName(workflow)
	f.set(Workflow, rule, system, f.operationName(f.Name))
	if task == "" {
		b.name = f.Name
		return
	}
	run := b.text(sDAGRun)
	if run == "" {
		run = b.text(sWorkflowRun)
	}
	f.AttemptOf = f.block.join(workflow, "/", run, "/", task)
}

// stepByKind tells who asks for a step from who runs it by the span kind.
func (f *Facts) stepByKind() {
	switch f.SpanKind {
	case KindClient, KindProducer:
		f.Step, f.Role = Schedule, Caller
	default:
		f.Step, f.Role = Run, Orchestrator
	}
}

func (f *Facts) stepFunctions(b *bag) {
	machine := b.text(sStateMachine)
	f.engine(b, RuleStepFunctions, "aws.step_functions", lastPart(machine), lastPart(b.text(sStepActivity)))
	if f.Step == Schedule && (strings.HasSuffix(b.text(sRPCMethod), "StartExecution") || strings.HasSuffix(f.Name, "StartExecution")) {
		f.Flags |= FlagAwaits
	}
}

func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }

// massTransit is a saga's or a routing slip's message: it is sent and taken up
// like any message, but what runs is a step of a workflow.
func (f *Facts) massTransit(b *bag) {
	f.step(b)
	step := f.Step
	name := typeName(b.text(sMessageTypes))
	f.Workflow = f.operationName(name)
	f.OriginalDest = cut(b.text(sDest), 2*maxName)
	f.set(Workflow, RuleMassTransit, "masstransit", f.operationName(f.Name))
	b.name = f.Name
	switch step {
	case Send:
		f.Step, f.Role = Schedule, Orchestrator
		f.Flags |= FlagAwaits
	case Settle, Receive:
		f.Role = Consumer
	default:
		f.Step, f.Role = Run, Orchestrator
		if b.has(sTrackingNumber) {
			f.Role = Activity
		}
	}
}

// engine reads the attributes that engines name alike under their own prefix.
func (b *bag) engine(name string, v value) {
	var buf [24]byte
	switch string(squash(buf[:0], name)) {
	case "pipeline", "pipelinename", "workflow", "workflowname", "name":
		b.put(sWorkflowName, 1, v)
	case "activity", "activityname", "action", "actionname", "trigger", "triggername":
		b.put(sWorkflowStep, 1, v)
	case "runid", "pipelinerunid", "executionid":
		b.put(sWorkflowRun, 1, v)
	case "instanceid":
		b.put(sWorkflowID, 1, v)
	case "activityrunid":
		b.put(sWorkflowStepID, 0, v)
	case "status":
		b.put(sWorkflowStatus, 0, v)
	}
}

func (b *bag) camunda(name string, v value) {
	var buf [24]byte
	switch string(squash(buf[:0], name)) {
	case "bpmnprocessid", "processid", "processdefinitionkey", "processdefinitionid":
		b.put(sWorkflowName, 1, v)
	case "elementid", "activityid", "taskid", "jobtype":
		b.put(sWorkflowStep, 1, v)
	case "processinstancekey", "processinstanceid":
		b.put(sWorkflowRun, 1, v)
	case "jobkey":
		b.put(sWorkflowStepID, 0, v)
	}
}
