namespace Cassandra.Lab.Guest.StandIn.Cql;

/// <summary>Reads one statement of the subset.</summary>
internal sealed class Parser
{
    private readonly List<Token> _tokens;
    private int _at;
    private int _bound;

    private Parser(string cql) => _tokens = Lexer.Split(cql);

    private Token Current => _tokens[_at];

    /// <exception cref="CqlException">Not a statement of the subset.</exception>
    public static Statement Parse(string cql)
    {
        var parser = new Parser(cql);
        var statement = parser.Statement();
        parser.Accept(";");
        return parser.Current.Kind == TokenKind.End ? statement : throw parser.Unexpected();
    }

    private Statement Statement() => Name() switch
    {
        "use" => new Statement.Use(Name()),
        "select" => Select(),
        "insert" => Insert(),
        "delete" => Delete(),
        "create" => Name() switch
        {
            "keyspace" or "schema" => CreateKeyspace(),
            "table" or "columnfamily" => CreateTable(),
            var what => throw new CqlException(CqlException.SyntaxError, $"the stand-in does not know CREATE {what}"),
        },
        var verb => throw new CqlException(CqlException.SyntaxError, $"line 1:0 no viable alternative at input '{verb}'"),
    };

    private Statement.Select Select()
    {
        var columns = new List<string>();
        var isCount = false;
        if (!Accept("*"))
        {
            do
                columns.Add(Name());
            while (Accept(","));
            if (columns is ["count"] && Accept("("))
            {
                isCount = true;
                _at++;
                Expect(")");
                columns.Clear();
            }
        }
        ExpectName("from");
        var table = TableName();
        var where = AcceptName("where") ? Conditions() : [];
        var limit = AcceptName("limit") ? Term() : null;
        if (AcceptName("allow"))
            ExpectName("filtering");
        return new Statement.Select(table, columns, isCount, where, limit);
    }

    private Statement.Insert Insert()
    {
        ExpectName("into");
        var table = TableName();
        var columns = Parenthesized(Name);
        ExpectName("values");
        var values = Parenthesized(Term);
        if (columns.Count != values.Count)
            throw new CqlException(CqlException.Invalid, "Unmatched column names/values");
        return new Statement.Insert(table, columns, values, Timestamp());
    }

    private Statement.Delete Delete()
    {
        ExpectName("from");
        var table = TableName();
        var timestamp = Timestamp();
        ExpectName("where");
        return new Statement.Delete(table, Conditions(), timestamp);
    }

    private Statement.CreateKeyspace CreateKeyspace()
    {
        var ifNotExists = IfNotExists();
        var name = Name();
        var replication = new Dictionary<string, string>();
        ExpectName("with");
        do
        {
            var property = Name();
            Expect("=");
            if (property == "replication")
                replication = Map();
            else
                _at++;
        }
        while (AcceptName("and"));
        return new Statement.CreateKeyspace(name, ifNotExists, replication);
    }

    private Statement.CreateTable CreateTable()
    {
        var ifNotExists = IfNotExists();
        var table = TableName();
        var columns = new List<(string, string)>();
        var key = new List<string>();
        Expect("(");
        do
        {
            var name = Name();
            if (name == "primary")
            {
                ExpectName("key");
                // A composite partition key and clustering columns are one key here.
                Expect("(");
                var isComposite = Accept("(");
                do
                {
                    key.Add(Name());
                    if (isComposite && Accept(")"))
                        isComposite = false;
                }
                while (Accept(","));
                Expect(")");
                continue;
            }
            columns.Add((name, Type()));
            if (AcceptName("primary"))
            {
                ExpectName("key");
                key.Add(name);
            }
        }
        while (Accept(","));
        Expect(")");
        return new Statement.CreateTable(table, ifNotExists, columns, key, TableOptions());
    }

    private int TableOptions()
    {
        var gcGraceSeconds = 864000;
        if (!AcceptName("with"))
            return gcGraceSeconds;
        do
        {
            var option = Name();
            Expect("=");
            if (Current.Value == "{")
                Map();
            else if (option == "gc_grace_seconds")
                gcGraceSeconds = int.Parse(_tokens[_at++].Value, System.Globalization.CultureInfo.InvariantCulture);
            else
                _at++;
        }
        while (AcceptName("and"));
        return gcGraceSeconds;
    }

    private string Type()
    {
        var name = Name();
        if (!Accept("<"))
            return name;
        var parameters = new List<string>();
        do
            parameters.Add(Type());
        while (Accept(","));
        Expect(">");
        return $"{name}<{string.Join(' ', parameters)}>";
    }

    private Dictionary<string, string> Map()
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        Expect("{");
        do
        {
            var key = _tokens[_at++].Value;
            Expect(":");
            map[key] = _tokens[_at++].Value;
        }
        while (Accept(","));
        Expect("}");
        return map;
    }

    private List<Condition> Conditions()
    {
        var conditions = new List<Condition>();
        do
        {
            var column = Name();
            Expect("=");
            conditions.Add(new Condition(column, Term()));
        }
        while (AcceptName("and"));
        return conditions;
    }

    private Term? Timestamp()
    {
        if (!AcceptName("using"))
            return null;
        ExpectName("timestamp");
        return Term();
    }

    private Term Term()
    {
        var token = _tokens[_at++];
        return token switch
        {
            { Kind: TokenKind.Text } => new Term.Literal(token.Value, IsString: true),
            { Kind: TokenKind.Constant } => new Term.Literal(token.Value, IsString: false),
            { Kind: TokenKind.Name, Value: "true" or "false" } => new Term.Literal(token.Value, IsString: false),
            { Kind: TokenKind.Name, Value: "null" } => new Term.Null(),
            { Value: "?" } => new Term.Bound(_bound++, null),
            { Value: ":" } => new Term.Bound(_bound++, Name()),
            _ => throw Unexpected(),
        };
    }

    private TableName TableName()
    {
        var first = Name();
        return Accept(".") ? new TableName(first, Name()) : new TableName(null, first);
    }

    private List<T> Parenthesized<T>(Func<T> item)
    {
        var items = new List<T>();
        Expect("(");
        do
            items.Add(item());
        while (Accept(","));
        Expect(")");
        return items;
    }

    private bool IfNotExists()
    {
        if (!AcceptName("if"))
            return false;
        ExpectName("not");
        ExpectName("exists");
        return true;
    }

    private string Name() => Current.Kind == TokenKind.Name ? _tokens[_at++].Value : throw Unexpected();

    private bool Accept(string symbol) => Skip(TokenKind.Symbol, symbol);

    private bool AcceptName(string name) => Skip(TokenKind.Name, name);

    private void Expect(string symbol)
    {
        if (!Accept(symbol))
            throw Unexpected();
    }

    private void ExpectName(string name)
    {
        if (!AcceptName(name))
            throw Unexpected();
    }

    private bool Skip(TokenKind kind, string value)
    {
        if (Current.Kind != kind || Current.Value != value)
            return false;
        _at++;
        return true;
    }

    private CqlException Unexpected() =>
        new(CqlException.SyntaxError, $"line 1:0 no viable alternative at input '{Current.Value}'");
}
