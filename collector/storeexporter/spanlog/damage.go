package spanlog

import "go.uber.org/zap"

// damageRemembered bounds the places of damage that are told once however often they are read again.
const damageRemembered = 4096

// firstTime tells whether damage at this place is new.
func (l *Log) firstTime(place uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.damaged[place]; ok {
		return false
	}
	if len(l.damaged) >= damageRemembered {
		clear(l.damaged)
	}
	l.damaged[place] = struct{}{}
	return true
}

// skipped reports bytes that are no frame.
func (l *Log) skipped(seg segment, offset uint64, bytes int64) {
	if !l.firstTime(offset << 1) {
		return
	}
	l.counters.damagedBytes.Add(bytes)
	l.log.Error("damaged bytes in the log skipped", pathField(seg.path),
		zap.Uint64("at", offset-seg.base), zap.Int64("bytes", bytes))
}

// damagedRecord reports a record that does not match its checksum. Its digest is forgotten: a retry is stored.
func (l *Log) damagedRecord(seg segment, f frame) {
	l.duplicates.forget(f)
	if !l.firstTime(f.at.Offset << 1) {
		return
	}
	l.counters.damagedBytes.Add(frameHeader + int64(f.length))
	l.log.Error("record in the log does not match its checksum and is skipped", pathField(seg.path),
		zap.Uint64("at", f.at.Offset-seg.base), zap.Uint32("bytes", f.length))
	l.lost(f.at, f.end())
}

// lost reports records that were appended and cannot be read.
func (l *Log) lost(from, to Position) {
	if !l.firstTime(from.Records<<1 | 1) {
		return
	}
	l.counters.lostRecords.Add(int64(to.Records - from.Records))
	l.counters.lostRows.Add(int64(to.Rows - from.Rows))
	l.log.Error("records of the log are lost", zap.Uint64("records", to.Records-from.Records),
		zap.Uint64("rows", to.Rows-from.Rows), zap.Uint64("offset", from.Offset))
}
