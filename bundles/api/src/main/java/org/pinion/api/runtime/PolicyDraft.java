package org.pinion.api.runtime;

import org.osgi.annotation.versioning.ProviderType;

/** A policy that is tried out, under a name that no other policy has. */
@ProviderType
public interface PolicyDraft extends AutoCloseable {

    /** {@return the name by which address spaces can require it as long as it is open} */
    String name();

    /** {@return the name that it would have in force} */
    String policy();

    /** Takes the policy away; address spaces that require it should be closed before. Closing twice does nothing. */
    @Override
    void close();
}
