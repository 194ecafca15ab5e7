// Reads an object of M expressions by name from standard input and prints, by name, what Microsoft's parser has against
// them: {} where it has nothing.
const { DefaultSettings, TaskUtils } = require(require.resolve("@microsoft/powerquery-parser", { paths: [process.argv[2]] }));

async function main() {
    const expressions = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const wrong = {};
    for (const [name, text] of Object.entries(expressions)) {
        const task = await TaskUtils.tryLexParse(DefaultSettings, text);
        if (!TaskUtils.isParseStageOk(task)) wrong[name] = task.error.message;
    }
    console.log(JSON.stringify(wrong));
}

main();
