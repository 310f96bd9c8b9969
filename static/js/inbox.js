/** What the inbox page loads, in the order in which the parts wake up. */
// @ts-check
import "list";
import "deck";
import "acts";
import "live";
