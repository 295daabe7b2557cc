package org.pinion.lab;

import java.util.Map;

/**
 * Makes requests of one kind and takes down the answers.
 *
 * @param answers by the requests' names
 * @param request the request
 */
record Calls(Map<String, String> answers, Request request) {

    /** A request that maps or unmaps; it answers a number, or a negated errno. */
    @FunctionalInterface
    interface Request {
        long make(long iova, long address, long bytes, int flags);
    }

    void put(String name, long iova, long address, long bytes, int flags) {
        String before = answers.put(name, RawSpace.name(request.make(iova, address, bytes, flags)));
        Expect.that(before == null, "two requests have the name '" + name + "'");
    }
}
