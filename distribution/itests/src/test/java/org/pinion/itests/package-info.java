/** What is shipped, tried as it is shipped. */
package org.pinion.itests;
