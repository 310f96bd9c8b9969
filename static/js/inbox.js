/** What the inbox page loads, in the order in which the parts wake up. */
// @ts-check
import "list";
import "mentions";
import "canned";
import "presence";
import "scroll";
import "composer";
import "undo";
import "deck";
import "acts";
import "react";
import "voice";
import "details";
import "lightbox";
import "panes";
import "inbox-keys";
import "live";
