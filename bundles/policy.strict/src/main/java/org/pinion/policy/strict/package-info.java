/** The policy that maps only memory that is known to be safe to map. */
package org.pinion.policy.strict;
