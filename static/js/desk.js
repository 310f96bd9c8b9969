/** What the pages of the template desk load: the line to the server, and the times that stay true. */
// @ts-check
import "live";
import "clock";
import "quality";
