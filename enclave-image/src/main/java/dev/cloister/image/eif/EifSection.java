package dev.cloister.image.eif;

import dev.cloister.image.file.Content;

/** One section: what it is and its data, without the section header. */
public record EifSection(SectionType type, Content data) {}
