package report

import (
	"fmt"
	"html"
	"strings"
)

// Sizes of the plot in pixels.
const (
	plotNames = 330 // for the names on the left
	plotScale = 130 // for the whole of a limit
	plotRow   = 20
	plotMost  = 4 // limits at which bars are cut off
)

// Plot draws how much of each limit is used, as an SVG that needs nothing beside it and reads on light and on dark.
func (r *Result) Plot() string {
	var rows []Goal
	for _, g := range r.Goals {
		if g.Limit > 0 { // nothing is a share of none
			rows = append(rows, g)
		}
	}
	width, height := plotNames+plotMost*plotScale+100, 50+plotRow*len(rows)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="system-ui, sans-serif" font-size="12" role="img">
<title>How much of each limit is used</title>
<rect width="100%%" height="100%%" fill="#fff"/>
<text x="%d" y="20" text-anchor="middle" fill="#444">the limit</text>
`, width, height, plotNames+plotScale)
	for i, g := range rows {
		y := 32 + i*plotRow
		colour := "#1a7f5a" // green enough for the colour-blind beside the words
		if !g.Met {
			colour = "#c2410c"
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" fill="#222">%s</text><rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`,
			plotNames-8, y+13, html.EscapeString(g.Name), plotNames, y+3, plotScale*min(g.Used(), plotMost), plotRow-6, colour)
		fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%d\" fill=\"#222\">%s</text>\n", plotNames+plotScale*min(g.Used(), plotMost)+5, y+13,
			html.EscapeString(strings.TrimSpace(number(g.Measured)+" "+g.Unit)))
	}
	fmt.Fprintf(&b, "<line x1=\"%d\" x2=\"%[1]d\" y1=\"26\" y2=\"%d\" stroke=\"#444\" stroke-dasharray=\"4 3\"/>\n</svg>\n", plotNames+plotScale, height-10)
	return b.String()
}
