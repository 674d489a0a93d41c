package azure

import "time"

// how says in which way a step goes wrong.
type how uint8

const (
	throws      how = iota + 1 // the code there throws at its end
	answers                    // it answers with a status, and does nothing
	refuses                    // nobody listens: the connection is refused
	crashes                    // it dies while it works, and its spans with it
	outlasts                   // it takes longer by delay, and its caller gives up after deadline
	impatient                  // its caller gives up after deadline, long before the usual time
	delays                     // the network takes delay
	waits                      // the message lies for delay
	starves                    // its own work takes longer by delay
	locks                      // the statement waits for a lock for delay
	never                      // nobody takes it up
	twice                      // it comes twice, and both times it goes well
	deadLetter                 // the consumer puts it aside, with reason
	brokerDead                 // the broker puts it aside before anybody takes it up, with reason
	lapses                     // nobody takes it up until its time to live is over
	swallows                   // the code throws, and the message is completed nevertheless
	loses                      // the lock on the message is lost while it is worked on
	logs4xx                    // the gateway refuses by itself, with status and reason
	faults                     // a policy of the gateway fails, with reason
	notes                      // an exception is recorded, and nothing fails
	terminates                 // somebody asks for the end of the run
	timesOut                   // the run waits too long for a step
	mistakes                   // the definition of the run is wrong
	undelivered                // the broker cannot deliver, and says so in its log
)

// effect is something that goes wrong at the step with a tag.
type effect struct {
	at        string
	how       how
	times     int // attempts that it hits, 0 = all
	status    int64
	exception string
	message   string
	reason    string
	delay     time.Duration
	deadline  time.Duration
}

// hit answers the effect at a step's attempt, nil when all is well there.
func (r *run) hit(tag string, attempt int) *effect {
	if r.kind == nil || tag == "" {
		return nil
	}
	for i := range r.kind.effects {
		if e := &r.kind.effects[i]; e.at == tag && (e.times == 0 || attempt < e.times) {
			return e
		}
	}
	return nil
}
