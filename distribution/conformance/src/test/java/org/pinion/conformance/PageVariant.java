package org.pinion.conformance;

/** How many mock devices are attached, and what the memory that is mapped is made of. */
enum PageVariant {
    ONE_DOMAIN("one_domain", 1, false, false),
    TWO_DOMAINS("two_domains", 2, false, false),
    ONE_DOMAIN_HUGEPAGE("one_domain_hugepage", 1, true, false),
    TWO_DOMAINS_HUGEPAGE("two_domains_hugepage", 2, true, false),
    ONE_DOMAIN_FILE("one_domain_file", 1, false, true),
    ONE_DOMAIN_FILE_HUGEPAGE("one_domain_file_hugepage", 1, true, true);

    final int devices;
    final boolean hugePages;
    final boolean file;
    private final String text;

    PageVariant(String text, int devices, boolean hugePages, boolean file) {
        this.text = text;
        this.devices = devices;
        this.hugePages = hugePages;
        this.file = file;
    }

    @Override
    public String toString() {
        return text;
    }
}
