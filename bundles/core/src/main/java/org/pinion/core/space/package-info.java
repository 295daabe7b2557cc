/**
 * Address spaces: one writer at a time carries change sets out through a backend's session and undoes what fails;
 * readers see immutable snapshots.
 */
package org.pinion.core.space;
