"""What a résumé's lines say, as a JSON Resume document (jsonresume.org, schema 1.x). Pure.

Nothing is invented: every text of the document is a run of the file's text (or of an address it links to), white space
folded; dates alone are put into the form that JSON Resume asks for. Nothing is lost: what is not recognised stands
under `other`, which is a section of ours, `[{"name": a heading, "lines": [...]}]`; so does a date of birth, and nowhere
else. `warnings`, `[{"code", "detail"}]`, are ours too: that no heading was known.

document          the whole, from `ResumeText` to the JSON Resume object
sections          headings, in the languages of the vocabulary, and what stands under them
basics            what stands above them: who, and how to reach them, by contacts
entries           where one position, project or school ends and the next begins, and what each holds
positions         what each of them says, by entry_header: whose, where, what as; and schools
listings          skills, languages, certificates, awards, publications, interests
dates, places, words   what is recognised within a line

A line is read by what it says and how it stands out; what says itself by its place alone is beyond it: of two columns
drawn line by line each line is both. Words come from `service.vocabulary`: to read another language is to write its
file there. What is not told apart for certain is left out, for a wrong fact is worse than a missing one.
"""
