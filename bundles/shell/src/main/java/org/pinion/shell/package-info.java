/**
 * What people type: the {@code pinion} command and the Gogo commands of scope {@code dma}. Knows only the api.
 */
package org.pinion.shell;
