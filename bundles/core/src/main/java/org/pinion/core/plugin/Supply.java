package org.pinion.core.plugin;

/**
 * Where the service of a plugin comes from. To get it may make it, which runs the plugin's constructor: that may take
 * any time and fail in any way.
 */
public interface Supply {

    /** {@return the service; null if its bundle could not make it} */
    Object get();

    /** The service that was got is not needed any more. Throws nothing, also if the service is gone. */
    void unget();
}
