package azure

import "time"

const noCarrier = "no carrier serves postcode 9999 XX"

// workflowKinds are failures of durable orchestrations, Logic Apps and Data Factory.
var workflowKinds = []*Kind{
	{Name: "activity-failed", About: "an activity fails at every try", Class: Errors, flow: order,
		effects: []effect{{at: "slot", how: throws, exception: "Shop.SlotException", message: "no slot in region NL-3"}}, verdict: "failed", culprit: "fulfilment-func", role: "activity"},
	{Name: "activity-callee-failed", About: "the service that an activity calls fails", Class: Errors, flow: order,
		effects: []effect{{at: "allocation", how: throws, exception: "java.lang.ArithmeticException", message: "/ by zero"}}, verdict: "failed", culprit: "inventory-api", role: "provider"},
	{Name: "orchestrator-bug", About: "the orchestrator's own code fails, all of its activities are well", Class: Errors, flow: order,
		effects: []effect{{at: "orchestration", how: throws, exception: "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException",
			message: "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled an activity task with sequence ID 5."}},
		verdict: "failed", culprit: "fulfilment-func", role: "orchestrator"},
	{Name: "compensated", About: "an activity fails, what was done is taken back, and the run fails", Class: Errors, flow: order, compensates: true,
		effects: []effect{{at: "book", how: throws, exception: "Shop.CarrierException", message: noCarrier}}, verdict: "compensated", culprit: "fulfilment-func", role: "activity"},
	{Name: "compensated-mended", About: "an activity fails, what was done is taken back, and the run ends well", Class: Errors, flow: order, compensates: true, mends: true,
		effects: []effect{{at: "book", how: throws, exception: "Shop.CarrierException", message: noCarrier}}, verdict: "compensated", culprit: "fulfilment-func", role: "activity"},
	{Name: "compensated-partner", About: "a partner's error is taken back", Class: Errors, flow: order, compensates: true,
		effects: []effect{{at: "carrier", how: answers, status: 503}}, verdict: "compensated", culprit: "api.fastship.example", role: "provider"},
	{Name: "step-timed-out", About: "the partner that an activity calls does not answer in time", Class: Errors, flow: order,
		effects: []effect{{at: "carrier", how: outlasts, deadline: 20 * time.Second}}, verdict: "failed", culprit: "api.fastship.example", role: "provider"},
	{Name: "compensation-failed", About: "what was to take a failure back fails too", Class: Errors, flow: order, compensates: true,
		effects: []effect{{at: "book", how: throws, exception: "Shop.CarrierException", message: noCarrier},
			{at: "undo-call", how: throws, exception: "java.lang.IllegalStateException", message: "allocation is locked"}},
		verdict: "failed", culprit: "fulfilment-func", role: "activity"},
	{Name: "cancelled", About: "somebody terminates an orchestration in which nothing went wrong", Class: Handled, flow: order,
		effects: []effect{{at: "orchestration", how: terminates}}, verdict: "cancelled"},
	{Name: "credit-failed", About: "an activity of durabletask-go fails, as its partner answers 500", Class: Errors, flow: goodsReturn,
		effects: []effect{{at: "credits", how: answers, status: 500}}, verdict: "failed", culprit: "api.northpay.example", role: "provider"},
	{Name: "inspection-failed", About: "an activity of durabletask-go fails at every try", Class: Errors, flow: goodsReturn,
		effects: []effect{{at: "inspect", how: throws, exception: "*errors.errorString", message: "no photo of item 2"}}, verdict: "failed", culprit: "returns-worker", role: "activity"},

	{Name: "logicapp-failed", About: "an action of a Logic Apps run fails", Class: Errors, flow: bulkOrder,
		effects: []effect{{at: "approval-mail", how: throws, reason: "BadGateway", message: "The connector office365 returned status 502."}},
		verdict: "failed", culprit: "la-approval"},
	{Name: "logicapp-timed-out", About: "a Logic Apps run waits for an approval that never comes", Class: Errors, flow: bulkOrder,
		effects: []effect{{at: "approval-wait", how: timesOut, delay: 8 * time.Minute, message: "The approval was not given in time."}},
		verdict: "failed", culprit: "la-approval"},
	{Name: "logicapp-template", About: "an expression in a Logic Apps definition is wrong", Class: Errors, flow: bulkOrder,
		effects: []effect{{at: "approval-mail", how: mistakes, message: "Unable to process template language expressions in action 'Send_approval_email': The template language function 'int' was invoked with a parameter that is not valid."}},
		verdict: "failed", culprit: "la-approval"},
	{Name: "logicapp-cancelled", About: "somebody cancels a Logic Apps run", Class: Handled, flow: bulkOrder,
		effects: []effect{{at: "approval", how: terminates}}, verdict: "cancelled"},

	{Name: "adf-failed", About: "a copy activity of Data Factory fails", Class: Errors, flow: settlement,
		effects: []effect{{at: "copy", how: throws, reason: "2200", message: "Failure happened on 'Sink' side. ErrorCode=SqlOperationFailed"}}, verdict: "failed", culprit: "adf-shop"},
	{Name: "adf-callee-failed", About: "the function that a Data Factory pipeline calls fails", Class: Errors, flow: settlement,
		effects: []effect{{at: "ledger", how: throws, exception: "System.InvalidOperationException", message: "period 2026-02 is closed"}}, verdict: "failed", culprit: "ledger-func", role: "provider"},
	{Name: "adf-cancelled", About: "somebody cancels a pipeline run", Class: Handled, flow: settlement,
		effects: []effect{{at: "pipeline", how: terminates}}, verdict: "cancelled"},
}
