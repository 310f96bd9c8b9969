/** What every signed-in page loads: times that stay true, and short-lived words. */
// @ts-check
import "availability";
import "clock";
import "gauge";
import "keys";
import "palette";
import "words";
